import { createCanvas, loadImage } from 'canvas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePng } from '../../src/charts/png.ts';

async function decode(png: Buffer): Promise<{ pixels: Uint8ClampedArray; width: number; height: number }> {
  const image = await loadImage(png);
  const canvas = createCanvas(image.width, image.height);
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  return {
    pixels: context.getImageData(0, 0, image.width, image.height).data,
    width: image.width,
    height: image.height,
  };
}

describe('encodePng', () => {
  it('gives back exactly the pixels of a picture of up to 256 colours', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 0xffffff }), { minLength: 1, maxLength: 256 }),
        async (width, height, colours) => {
          const pixels = Buffer.alloc(width * height * 4);
          for (let i = 0; i < width * height; i++) {
            pixels.writeUInt32LE((0xff000000 + colours[(i * 7) % colours.length]!) >>> 0, i * 4);
          }
          const decoded = await decode(await encodePng(pixels, width, height));
          expect([decoded.width, decoded.height]).toEqual([width, height]);
          expect(Buffer.from(decoded.pixels).equals(pixels)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('takes rare colours to near ones when there are more than 256', async () => {
    const pixels = Buffer.alloc(64 * 64 * 4);
    for (let i = 0; i < 64 * 64; i++) pixels.writeUInt32LE((0xff000000 + (i % 1024)) >>> 0, i * 4);
    const { pixels: decoded } = await decode(await encodePng(pixels, 64, 64));
    for (let i = 0; i < decoded.length; i++) expect(Math.abs(decoded[i]! - pixels[i]!)).toBeLessThanOrEqual(16);
  });
});
