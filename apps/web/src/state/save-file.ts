/** Lets the browser save a text or bytes as a file. A blob has a type of its own. */
export function saveFile(
  name: string,
  content: string | ArrayBuffer | Blob,
  type = 'text/plain',
): void {
  const fullType = typeof content === 'string' ? `${type};charset=utf-8` : type;
  const file = content instanceof Blob ? content : new Blob([content], { type: fullType });
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has read the address when the click has been handled.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}
