#!/usr/bin/env -S node --
// Where the built command line begins. The compiled code is kept beside it, where only whoever
// installed it can write: a directory that others could fill first would be theirs to run code in.
// Without the `--` Node would take an --env-file of ours for its own.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

enableCompileCache(join(import.meta.dirname, 'compiled'));
void import('../src/main.ts');
