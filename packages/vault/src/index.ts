// Masking.
export { createMasker, MASK, type Masker, type MaskerOptions } from './masking/masker.ts';
export { isMaskable, MIN_MASKED_BYTES } from './masking/secret-forms.ts';
