// Imported before anything else. Old syntax on purpose: an old Node is to say what is wrong, not SyntaxError.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`weir: needs Node 20.19 or newer; this is ${process.version} (${process.execPath})`);
  process.exit(1);
}
