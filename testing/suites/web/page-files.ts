import { Buffer } from 'node:buffer';
import { crc32, deflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';

/** A file that a test gives to the page. */
export interface PageFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** An image with a colour that changes from left to right. */
export function picture(name: string, width = 320, height = 200): PageFile {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits, true colour.
  header.set([8, 2], 8);
  const row = Buffer.from([
    0,
    ...Array.from({ length: width }, (_, at) => colourAt(at / width)).flat(),
  ]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  const buffer = Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', pixels),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
  return { name, mimeType: 'image/png', buffer };
}

function colourAt(share: number): readonly number[] {
  return [Math.round(40 + 180 * share), 120, Math.round(200 - 140 * share)];
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

export function textFile(name: string, text: string, mimeType = 'text/plain'): PageFile {
  return { name, mimeType, buffer: Buffer.from(text) };
}

/** A script that makes the `DataTransfer` of a paste or a drop, with these files. */
function transferOf(files: readonly PageFile[], text: string): string {
  const written = files.map(({ name, mimeType, buffer }) => ({
    name,
    mimeType,
    data: buffer.toString('base64'),
  }));
  return `const transfer = new DataTransfer();
    for (const { name, mimeType, data } of ${JSON.stringify(written)}) {
      const bytes = Uint8Array.from(atob(data), (each) => each.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type: mimeType }));
    }
    const text = ${JSON.stringify(text)};
    if (text !== '') transfer.setData('text/plain', text);`;
}

/** Pastes into what has the focus. */
export async function paste(page: Page, files: readonly PageFile[], text = ''): Promise<void> {
  await page.evaluate(`(() => {
    ${transferOf(files, text)}
    const event = new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(event);
  })()`);
}

/** Drags files over the page, ends that, or drops them there. */
export async function drag(
  page: Page,
  type: 'dragover' | 'dragend' | 'drop',
  files: readonly PageFile[],
): Promise<void> {
  await page.evaluate(`(() => {
    ${transferOf(files, '')}
    const target = document.querySelector('.chat');
    const init = { dataTransfer: transfer, bubbles: true, cancelable: true };
    target.dispatchEvent(new DragEvent(${JSON.stringify(type)}, init));
  })()`);
}
