import{ac as e}from"./index-BT2ERLru.js";function n(n,t,c="确定"){return new Promise(i=>e({title:n,content:t,cancelText:"再想想",confirmText:c,success:({confirm:e})=>i(e),fail:()=>i(!1)}))}export{n as s};
