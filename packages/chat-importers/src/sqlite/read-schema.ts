import type { DatabaseFile } from './database-file.ts';
import { tableColumns } from './table-columns.ts';
import { TableRows, type Table } from './table-rows.ts';

const SCHEMA: Table = {
  root: 1,
  columns: ['type', 'name', 'tbl_name', 'rootpage', 'sql'].map((name) => ({
    ...{ name, isRowId: false },
  })),
};
const MAX_ENTRIES = 10_000;
const MAX_SQL_BYTES = 100_000;

/** The tables of a database by their names in lower case. Views and triggers are none, and neither are virtual tables. */
export async function readSchema(database: DatabaseFile): Promise<ReadonlyMap<string, Table>> {
  const tables = new Map<string, Table>();
  const rows = new TableRows(
    ...([database, SCHEMA, ['type', 'name', 'rootpage', 'sql'], MAX_SQL_BYTES] as const),
  );
  let entries = 0;
  for await (const found of rows.all()) {
    entries += 1;
    if (entries > MAX_ENTRIES) break;
    if (found.problem !== undefined) continue;
    const { type, name, rootpage: root, sql } = found.row.cells;
    if (type !== 'table' || typeof name !== 'string' || typeof sql !== 'string') continue;
    const columns = tableColumns(sql);
    if (columns === undefined || typeof root !== 'number' || root < 2) continue;
    tables.set(name.toLowerCase(), { root, columns });
  }
  return tables;
}
