"use strict";const e=require("../common/vendor.js");exports.freshCode=function(){return new Promise((o,r)=>e.index.login({provider:"weixin",success:({code:e})=>o(e),fail:r}))};
