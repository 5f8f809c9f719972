// Is loaded before a client: leads the host names of the provider to the desk,
// as a line in a hosts file and a rule of a firewall would, and lets nothing
// else leave the machine.
const net = require('node:net');

const hosts = new Set(process.env.TOCSIN_HOSTS.split(' '));
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...args) {
  const list = Array.isArray(args[0]) ? args[0] : args; // net.connect hands its own on as one
  const options = list[0];
  if (options === null || typeof options !== 'object' || options.path) return connect.apply(this, args); // a pipe
  if (!hosts.has(options.host)) {
    process.nextTick(() => this.destroy(new Error(`${options.host} is not the desk`)));
    return this;
  }
  list[0] = { ...options, host: '127.0.0.1', port: Number(process.env.TOCSIN_PORT) };
  return connect.apply(this, args);
};
