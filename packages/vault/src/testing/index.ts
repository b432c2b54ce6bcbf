export { memoryKeyring, type MemoryKeyring } from './memory-keyring.ts';
export { snapshot, systemClock, systemRandomness, systemWorld } from './test-world.ts';
export {
  createTestVault,
  OPENAI,
  PASSPHRASE,
  type UnlockedTestVault,
  emptyTestVault,
  type TestVault,
} from './test-vault.ts';
export { secretStoreContract, type StoreUnderTest } from './secret-store-contract.ts';
