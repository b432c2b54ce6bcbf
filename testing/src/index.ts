export { formsOfText } from './forms-of-text.ts';
export { runKilledAt, whyNoKilling } from './kill-at-system-call.ts';
export { peerPath } from './peers.ts';
export { openWithSecondSqlcipher, type SecondSqlcipher } from './second-sqlcipher.ts';
export { mountSmallDisk, whyNoSmallDisk, type SmallDisk } from './small-disk.ts';
export { decryptPages } from './sqlcipher-pages.ts';
