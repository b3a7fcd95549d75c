"use strict";const e=require("../common/vendor.js");exports.scan=function(){return new Promise(n=>e.index.scanCode({onlyFromCamera:!1,success:({result:e})=>n(e),fail:()=>n(null)}))};
