#!/usr/bin/env node
const { load } = require('./@LOAD@.js');

let through = false;
load()
  .exports.main(process.argv)
  .then(() => {
    through = true;
  });
// Nothing left to do before it was through: no result must not look like a good one.
process.once('beforeExit', () => {
  if (!through) process.exitCode = 13;
});
