#!/usr/bin/env bash
# free-ports.sh: prints two ports of loopback that were free a moment ago.
exec node -e '
  const { createServer } = require("node:net")
  const servers = [0, 0].map(() => createServer().listen(0, "127.0.0.1"))
  setTimeout(() => { console.log(...servers.map((server) => server.address().port)); servers.forEach((server) => server.close()) }, 50)'
