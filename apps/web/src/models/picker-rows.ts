import { t } from '@lingui/core/macro';
import type { ModelMarks, ModelName } from '@postern/protocol';
import { sortedByName } from '../languages/sorted-store.ts';
import type { OfferedModel } from './choose-model.ts';
import { matchModels } from './match-models.ts';

/** A model in the picker. It may be there twice: among the favourites, and with its provider. */
export interface ModelRow {
  readonly key: string;
  readonly model: OfferedModel;
  /** Of its first row. */
  readonly heading?: string;
  readonly isFavourite: boolean;
  /** From the top of the list, with its heading. */
  readonly topRem: number;
}

const ROW_REM = 3;
export const HEADING_REM = 2;

/** So few models need no list of those that were used last. */
const FEW = 8;

type Group = readonly [id: string, heading: string, models: readonly OfferedModel[]];

/** The rows of the picker: favourites and recent models first, unless something is searched; then each provider. */
export function pickerRows(
  offered: readonly OfferedModel[],
  { favourites, recents }: ModelMarks,
  query: string,
): readonly ModelRow[] {
  const marked = new Set(favourites.map(nameOf));
  const isSearch = query.trim() !== '';
  const found = isSearch ? matchModels(offered, query) : offered;
  const groups: Group[] = isSearch
    ? []
    : [['favourite', t`Favourites`, among(offered, favourites)]];
  if (!isSearch && offered.length > FEW) {
    const others = recents.filter((name) => !marked.has(nameOf(name)));
    groups.push(['recent', t`Recent`, among(offered, others)]);
  }
  return positioned([...groups, ...byProvider(found)], marked);
}

/** The height of all rows. */
export function heightRem(rows: readonly ModelRow[]): number {
  const last = rows.at(-1);
  return last === undefined ? 0 : last.topRem + heightOf(last);
}

export function heightOf({ heading }: ModelRow): number {
  return ROW_REM + (heading === undefined ? 0 : HEADING_REM);
}

export function nameOf({ provider, model }: ModelName): string {
  return `${provider}/${model}`;
}

function among(
  offered: readonly OfferedModel[],
  names: readonly ModelName[],
): readonly OfferedModel[] {
  const byName = new Map(offered.map((model) => [nameOf(model), model]));
  return names.flatMap((name) => byName.get(nameOf(name)) ?? []);
}

function byProvider(models: readonly OfferedModel[]): readonly Group[] {
  const groups = new Map<string, OfferedModel[]>();
  for (const model of models) {
    const group = groups.get(model.provider);
    if (group === undefined) groups.set(model.provider, [model]);
    else group.push(model);
  }
  const byName = [...groups].map(([id, group]): Group => [
    id,
    group[0]?.providerLabel ?? id,
    sortedByName(group, ({ label }) => label),
  ]);
  const sorted = sortedByName(byName, ([, heading]) => heading);
  const isDemo = ([, , [first]]: Group): boolean => first?.demo === true;
  return [...sorted.filter((group) => !isDemo(group)), ...sorted.filter(isDemo)];
}

function positioned(groups: readonly Group[], marked: ReadonlySet<string>): readonly ModelRow[] {
  const rows: ModelRow[] = [];
  let topRem = 0;
  for (const [id, heading, models] of groups) {
    for (const [at, model] of models.entries()) {
      const row: ModelRow = {
        key: `${id} ${nameOf(model)}`,
        model,
        ...(at === 0 ? { heading } : {}),
        isFavourite: marked.has(nameOf(model)),
        topRem,
      };
      rows.push(row);
      topRem += heightOf(row);
    }
  }
  return rows;
}
