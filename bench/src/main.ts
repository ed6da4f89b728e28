console.log(process.version, process.execArgv, process.env.NODE_OPTIONS);
