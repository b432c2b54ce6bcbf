#!/usr/bin/env -S node --
// Where the built command line begins. Without the `--` Node would take an --env-file of ours for its own.
import { keepCompiled } from './keep-compiled.js';

keepCompiled(import.meta.dirname);
void import('../src/main.ts');
