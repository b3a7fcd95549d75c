"use strict";const e=require("../../lib/clock.js");exports.shownForMs=function(s,t=e.timeNow()){const o=Date.parse(s)-t;return o>0&&o<=30600?o:1e4};
