import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';

const deflateAsync = promisify(deflate);

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const mostColours = 256;

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}

function header(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  bytes[8] = 8;
  bytes[9] = 3; // indexed colour
  return chunk('IHDR', bytes);
}

/** How often each colour occurs, most frequent first. Runs are counted at once: pictures are mostly flat. */
function coloursByCount(pixels: Uint32Array): number[] {
  const counts = new Map<number, number>();
  let last = pixels[0] ?? 0;
  let run = 0;
  for (const pixel of pixels) {
    if (pixel === last) {
      run++;
      continue;
    }
    counts.set(last, (counts.get(last) ?? 0) + run);
    last = pixel;
    run = 1;
  }
  counts.set(last, (counts.get(last) ?? 0) + run);
  // Equal counts are ordered by colour, so that the same pixels always give the same bytes.
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([colour]) => colour);
}

/** Index of the palette colour nearest to a colour; green weighs most, as in the eye. */
function nearest(palette: readonly number[], colour: number): number {
  const [r, g, b] = [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < palette.length; i++) {
    const other = palette[i]!;
    const [dr, dg, db] = [r - (other & 255), g - ((other >> 8) & 255), b - ((other >> 16) & 255)];
    const distance = 2 * dr * dr + 4 * dg * dg + 3 * db * db;
    if (distance < least) {
      least = distance;
      best = i;
    }
  }
  return best;
}

/**
 * A palette PNG of opaque RGBA pixels: the 256 most frequent colours, the rest (edges of letters) taken to the nearest.
 * A chart loses nothing visible and the file is less than half of what canvas libraries write, in less time. Deflate
 * runs off this thread.
 */
export async function encodePng(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number): Promise<Buffer> {
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, width * height);
  const found = coloursByCount(pixels);
  const palette = found.slice(0, mostColours);
  const indices = new Map(found.map((colour, i) => [colour, i < mostColours ? i : nearest(palette, colour)]));
  const rows = Buffer.alloc(height * (width + 1));
  let last = -1;
  let index = 0;
  let from = 0;
  let to = 0;
  for (let y = 0; y < height; y++) {
    to++; // filter 0: the row as it is
    for (let x = 0; x < width; x++) {
      const pixel = pixels[from++]!;
      if (pixel !== last) {
        last = pixel;
        index = indices.get(pixel)!;
      }
      rows[to++] = index;
    }
  }
  const plte = Buffer.alloc(palette.length * 3);
  palette.forEach((colour, i) => {
    plte[i * 3] = colour & 255;
    plte[i * 3 + 1] = (colour >> 8) & 255;
    plte[i * 3 + 2] = (colour >> 16) & 255;
  });
  const idat = await deflateAsync(rows, { level: 6, memLevel: 9 });
  return Buffer.concat([
    signature,
    header(width, height),
    chunk('PLTE', plte),
    chunk('IDAT', idat),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
