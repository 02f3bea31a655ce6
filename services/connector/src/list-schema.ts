/** How OpenAPI describes a list: `{items, nextCursor}`. */
import type { ApiResponseSchemaHost } from '@nestjs/swagger';

/** @param item name of the contract class of one item */
export function listOf(item: string): ApiResponseSchemaHost {
  return {
    schema: {
      type: 'object',
      required: ['items', 'nextCursor'],
      properties: { items: { type: 'array', items: { $ref: `#/components/schemas/${item}` } }, nextCursor: { type: 'string', nullable: true } },
    },
  };
}
