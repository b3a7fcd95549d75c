function e(){return Promise.resolve(null)}export{e};
