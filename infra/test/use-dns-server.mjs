// Loaded before the program: its DNS is the tests' server.
import dns from "node:dns";

const server = process.env.TEST_DNS_SERVER;
dns.setServers([server]);
dns.promises.setServers([server]);
