"use strict";const t={api:"https://api.kabao.invalid",merchant:"M0000000000000000"};exports.pictureUrl=a=>/^(https?|data|blob):/.test(a)?a:t.api+a,exports.site=t;
