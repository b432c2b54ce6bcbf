#!/usr/bin/env -S node --max-semi-space-size=16 --
// The entry point of the built command line, with the options of bin/postern.js.
import { keepCompiled } from './keep-compiled.js';

keepCompiled(import.meta.dirname);
void import('../src/main.ts');
