function e(e){return Promise.resolve(!1)}export{e as a};
