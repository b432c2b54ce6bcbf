/** Pixels of a picture for each of the diagram. */
const SCALE = 2;
/** Browsers draw no larger ones. */
const MAX_PIXELS = 16_000_000;

/** Returns the PNG file of a diagram, as it is shown. */
export async function pictureOf(svg: SVGSVGElement, ground: string): Promise<ArrayBuffer> {
  const { width, height } = svg.viewBox.baseVal;
  const scale = Math.min(SCALE, Math.sqrt(MAX_PIXELS / (width * height)));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('The browser can’t draw a picture.');
  context.fillStyle = ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(await imageOf(svg, canvas), 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
  if (blob === null) throw new Error('The picture is too large.');
  return await blob.arrayBuffer();
}

async function imageOf(
  svg: SVGSVGElement,
  size: { readonly width: number; readonly height: number },
): Promise<HTMLImageElement> {
  const copy = document.importNode(svg, true);
  copy.setAttribute('width', String(size.width));
  copy.setAttribute('height', String(size.height));
  const source = new XMLSerializer().serializeToString(copy);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
  await image.decode();
  return image;
}
