import { priceTable, type PriceTable } from '@postern/gateway';
import { decodeUtf8, failed, ok, parseJson, type Result } from '@postern/kernel';
import { parsePriceFile, problem, type Problem } from '@postern/protocol';
import { readRegularFile } from './read-regular-file.ts';

const MAX_BYTES = 4 * 1024 * 1024;

/** The built-in prices, and those of the file at `path`. Without a path, only the built-in ones. */
export function loadPrices(path: string | undefined): Result<PriceTable, Problem> {
  if (path === undefined) return ok(priceTable());
  const read = readRegularFile(path, MAX_BYTES);
  if (!read.ok) return failed(problem('PRICES_INVALID', `The price file ${path} can't be read.`));
  const json = parseJson(decodeUtf8(read.value.bytes) ?? '', { maxLength: MAX_BYTES });
  if (!json.ok)
    return failed(problem('PRICES_INVALID', `The price file ${path} isn't valid JSON.`));
  const parsed = parsePriceFile(json.value);
  if (parsed.ok) return ok(priceTable(parsed.value));
  const where = parsed.failure.path === '' ? 'the file' : parsed.failure.path;
  return failed(problem('PRICES_INVALID', `The price file ${path} is invalid at ${where}.`));
}
