// clients.mjs - the official clients, as most tests use them.
// SPDX-License-Identifier: Apache-2.0
import OpenAI from 'openai';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

export const hello = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hello' }] };
export const chat = (gate, apiKey) =>
  new OpenAI({ apiKey, baseURL: `${gate.url}/v1`, maxRetries: 0 }).chat.completions.create(hello);

export async function mcp(gate, server, key) {
  const client = new Client({ name: 'e2e', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(`${gate.url}/mcp/${server}`), {
    requestInit: { headers: { Authorization: `Bearer ${key}` } },
  });
  await client.connect(transport);
  return client;
}
