/** Lets the browser save a text or bytes as a file. */
export function saveFile(name: string, content: string | ArrayBuffer, type = 'text/plain'): void {
  const fullType = typeof content === 'string' ? `${type};charset=utf-8` : type;
  const address = URL.createObjectURL(new Blob([content], { type: fullType }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has read the address when the click has been handled.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}
