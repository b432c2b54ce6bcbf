import { KWALLET } from '@postern/testing';
import { vaultOverKeyring } from './vault-over-keyring.ts';

vaultOverKeyring(KWALLET);
