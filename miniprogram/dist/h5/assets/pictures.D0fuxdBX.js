import{aF as e}from"./index-BT2ERLru.js";function s(s){return new Promise(i=>e({count:s,sizeType:["compressed"],success:({tempFilePaths:e})=>i(e),fail:()=>i([])}))}export{s as c};
