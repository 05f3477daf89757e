#!/usr/bin/env node
import { load } from './@LOAD@.js';

await load().exports.main(process.argv);
