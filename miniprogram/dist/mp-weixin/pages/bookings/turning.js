"use strict";exports.afterMs=function(e,t){return null===e?3e3:Math.min(3e4,Math.max(3e3,Date.parse(e)-t))};
