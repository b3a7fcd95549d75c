import{az as e}from"./index-BtpJcyUa.js";function s(s){return new Promise(i=>e({count:s,sizeType:["compressed"],success:({tempFilePaths:e})=>i(e),fail:()=>i([])}))}export{s as c};
