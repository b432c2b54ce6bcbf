/** The key as it is called from left to right: → goes forward there, and ← in a language from right to left. */
export function forwardKey(key: string): string {
  if (document.documentElement.dir !== 'rtl') return key;
  if (key === 'ArrowLeft') return 'ArrowRight';
  return key === 'ArrowRight' ? 'ArrowLeft' : key;
}
