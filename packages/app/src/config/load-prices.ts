import { decodeUtf8, failed, ok, parseJson, type Result } from '@postern/kernel';
import { parsePriceFile, problem, type ListedPrice, type Problem } from '@postern/protocol';
import { readRegularFile } from './read-regular-file.ts';

const MAX_BYTES = 4 * 1024 * 1024;

/** The operator's prices by `provider/model`, which come before the built-in ones. */
export type OwnPrices = Readonly<Record<string, ListedPrice>>;

/** Reads the price file at `path`. Without a path, there are none. */
export function readPrices(path: string | undefined): Result<OwnPrices, Problem> {
  if (path === undefined) return ok({});
  const read = readRegularFile(path, MAX_BYTES);
  if (!read.ok) return failed(problem('PRICES_INVALID', `The price file ${path} can't be read.`));
  const json = parseJson(decodeUtf8(read.value.bytes) ?? '', { maxLength: MAX_BYTES });
  if (!json.ok)
    return failed(problem('PRICES_INVALID', `The price file ${path} isn't valid JSON.`));
  const parsed = parsePriceFile(json.value);
  if (parsed.ok) return parsed;
  const where = parsed.failure.path === '' ? 'the file' : parsed.failure.path;
  return failed(problem('PRICES_INVALID', `The price file ${path} is invalid at ${where}.`));
}
