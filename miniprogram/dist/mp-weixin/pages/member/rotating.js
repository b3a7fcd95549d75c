"use strict";exports.shownForMs=function(t,e=Date.now()){const s=Date.parse(t)-e;return s>0&&s<=30600?s:1e4};
