export { faultyDisk, Killed } from './faulty-disk.ts';
