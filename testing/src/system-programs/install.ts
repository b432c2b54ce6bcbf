import { installPrograms } from './install-programs.ts';

/** `node testing/src/system-programs/install.ts`: what the tests need of the operating system. */
installPrograms();
