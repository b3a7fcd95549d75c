function e(){return Promise.resolve(null)}export{e as f};
