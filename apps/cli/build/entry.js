#!/usr/bin/env -S node --
// The entry point of the built command line. Without the `--`, Node would read Postern's --env-file
// option as its own.
import { keepCompiled } from './keep-compiled.js';

keepCompiled(import.meta.dirname);
void import('../src/main.ts');
