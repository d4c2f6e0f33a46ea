// store.mjs - the example repository by the real server: `cerbos compile` takes it and its tests pass.
// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { compileFolder } from './server.mjs';

const said = await compileFolder(path.resolve(import.meta.dirname, '../../tools/bundle/cerbos-store'));
console.log(said || 'the example repository compiles and its tests pass');
process.exit(said ? 1 : 0);
