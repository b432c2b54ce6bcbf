import { DIALECTS } from '@postern/dialects';
import { ROUTES, type Route } from '@postern/gateway';
import type { JsonObject } from '@postern/kernel';
import { errorResponses, errorSchema, errorSchemaName } from './openapi/error-responses.ts';
import { headerComponents } from './openapi/headers.ts';
import {
  callOperation,
  ERROR_GROUPS,
  METRICS_OPERATION,
  modelSchemas,
  modelsOperation,
  probeOperation,
  SECURITY_SCHEMES,
} from './openapi/operations.ts';

const DESCRIPTION = `What the gateway of Postern serves to programs. docs/gateway.md describes it for people, and docs/errors.md every
code of an error.

A request to another path gets 404, and one with another method 405 with the header \`allow\`. Both errors have the form of the dialect
that the path or a header of the client shows. Pages of an origin that a key lists (\`postern key create --origin\`) may call the paths
that need a key; their preflight requests get 204.

This document is generated from the routes, the errors and the dialects in the source: \`npm run docs:openapi\` writes it, and \`npm run
check:openapi\` fails if it is out of date.
`;

/** Returns `docs/openapi.json`: every path that the gateway serves, in the format OpenAPI 3.1. */
export function openApiDocument(): JsonObject {
  const paths = [...ROUTES].flatMap(([path, route]) => pathItems(path, route));
  return {
    openapi: '3.1.1',
    info: {
      title: 'Postern gateway',
      version: '1',
      summary:
        'One address for the models of every provider, in the dialects of OpenAI and Anthropic.',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://localhost:7420', description: 'The default of gateway.listen.' }],
    paths: Object.fromEntries([...paths, ['/metrics', { get: METRICS_OPERATION }]]),
    components: {
      securitySchemes: SECURITY_SCHEMES,
      headers: headerComponents(),
      responses: Object.fromEntries(ERROR_GROUPS.flatMap(errorResponses)),
      schemas: {
        ...Object.fromEntries(
          Object.values(DIALECTS).map((dialect) => [
            errorSchemaName(dialect),
            errorSchema(dialect),
          ]),
        ),
        ...modelSchemas(),
      },
    },
  };
}

function pathItems(path: string, route: Route): readonly (readonly [string, JsonObject])[] {
  const method = route.method.toLowerCase();
  switch (route.kind) {
    case 'call':
      return [[path, { [method]: callOperation(path, route) }]];
    case 'models':
      return [
        [path, { [method]: modelsOperation(false) }],
        [`${path}/{id}`, { [method]: modelsOperation(true) }],
      ];
    default:
      return [[path, { [method]: probeOperation(route.kind) }]];
  }
}
