// Loaded into a program before its own code: the program is told to end when its starter is gone, however that ended.
process.stdin.on('end', () => process.kill(process.pid));
// Reads to the end of what nobody writes, and keeps nothing alive for it.
process.stdin.resume().unref();
