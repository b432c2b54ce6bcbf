import { KEEPASSXC } from '@postern/testing';
import { describe } from 'vitest';
import { vaultOverKeyring } from './vault-over-keyring.ts';

describe('a vault over KeePassXC', () => {
  vaultOverKeyring(KEEPASSXC);
});
