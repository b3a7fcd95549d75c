"use strict";const e=require("../common/vendor.js");exports.qrPicture=function(r){const t=e.qrcode(0,"M");return t.addData(r),t.make(),t.createDataURL(8,32)};
