export { memoryKeyring, type MemoryKeyring } from './memory-keyring.ts';
export { snapshot, systemClock, systemRandomness, systemWorld } from './test-world.ts';
export {
  madeVault,
  OPENAI,
  PASSPHRASE,
  type MadeVault,
  vaultWorld,
  type VaultWorld,
} from './vault-world.ts';
export { secretStoreContract, type StoreUnderTest } from './secret-store-contract.ts';
