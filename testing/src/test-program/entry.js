// Where the built program of the tests begins.
import { keepCompiled } from '../../../apps/cli/build/keep-compiled.js';

keepCompiled(import.meta.dirname);
void import('./main.ts');
