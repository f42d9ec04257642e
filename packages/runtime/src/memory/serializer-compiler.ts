import type { Layout, LayoutNode } from './serializer-layout.js';

/**
 * JavaScript source of the four functions of a serializer, straight-line code for one type. Free names in it: `fail(place, value)` throws,
 * `places` collects what it needs to know, `json[n]` are `JsonCodec`s, `readString`, `writeString`, `hasOwn`.
 */
export interface SerializerSource {
  /** (value) => bytes */
  readonly maxSize: string;
  /** (value, target, position) => end */
  readonly write: string;
  /** (source, position) => value; with a given field (source, position, key) => value */
  readonly read: string;
  /** (value) => void, throws what `write` would throw. General values are not looked into. */
  readonly check: string;
  /** Of a record, how to read each field by itself, in the order of the fields: name and function body. Free names: `source`, `position` and `key()`. */
  readonly accessors: readonly (readonly [name: string, body: string])[];
  readonly places: readonly Place[];
  /** Field paths of the general values, in the order of `json[n]`. */
  readonly jsonFields: readonly string[];
}

export interface Place {
  readonly field: string;
  readonly expected: string;
}

/** A field that is not in the layout: it comes with `read` as a third argument, `key`. `index` is its place among the record's fields. */
export interface GivenField {
  readonly name: string;
  readonly index: number;
}

export function compileSerializer(layout: Layout, given?: GivenField): SerializerSource {
  const compiler = new Compiler(layout, given);
  return {
    maxSize: compiler.maxSize(),
    write: compiler.write(),
    read: compiler.read(),
    check: compiler.check(),
    accessors: compiler.accessors(),
    places: compiler.places,
    jsonFields: compiler.jsonFields,
  };
}

const EXPECTED: Record<Exclude<LayoutNode['kind'], 'nullable'>, string> = {
  int32: 'an int32 (an integer of -2^31 … 2^31-1)',
  int64: 'an int64 (a safe integer)',
  float64: 'a float64 (a number)',
  boolean: 'a boolean',
  string: 'a string',
  record: 'a record (an object)',
  json: 'plain data',
};

class Compiler {
  readonly places: Place[] = [];
  readonly jsonFields: string[] = [];
  readonly #layout: Layout;
  readonly #given: GivenField | undefined;
  readonly #jsonIndex = new Map<LayoutNode, number>();
  #variables = 0;

  constructor(layout: Layout, given: GivenField | undefined) {
    this.#layout = layout;
    this.#given = given;
  }

  maxSize(): string {
    const { root, fixedSize, hasVariablePart } = this.#layout;
    if (!hasVariablePart) return `(value) => ${fixedSize}`;
    return `(value) => { let size = ${fixedSize}; ${this.#emitSize(root, 'value')} return size; }`;
  }

  check(): string {
    return `(value) => { ${this.#emitCheck(this.#layout.root, 'value', () => '')} }`;
  }

  write(): string {
    const { root, fixedSize, bitsOffset, bitBytes } = this.#layout;
    const bits = Array.from({ length: bitBytes }, (_, i) => i);
    return `(value, target, position) => {
      const { i32, f64, u8 } = target; const p8 = position >> 3; const p4 = position >> 2;
      let end = position + ${fixedSize};
      ${bits.map((i) => `let bits${i} = 0;`).join(' ')}
      ${this.#emitCheck(root, 'value', (node, v) => this.#store(node, v))}
      ${bits.map((i) => `u8[position + ${bitsOffset + i}] = bits${i};`).join(' ')}
      return end; }`;
  }

  read(): string {
    const { root, fixedSize, bitsOffset, bitBytes } = this.#layout;
    const bits = Array.from({ length: bitBytes }, (_, i) => `const bits${i} = u8[position + ${bitsOffset + i}];`);
    const value = this.#emitRead(root);
    return `(source, position, key) => {
      const { i32, f64, u8 } = source; const p8 = position >> 3; const p4 = position >> 2;
      let at = position + ${fixedSize}; ${bits.join(' ')}
      ${value.before} return ${value.expression}; }`;
  }

  /** Checks of `node` with `store` after each; bits of booleans and nulls are part of the checks, their variables exist only when storing. */
  #emitCheck(node: LayoutNode, v: string, store: (node: LayoutNode, v: string) => string): string {
    switch (node.kind) {
      case 'int32':
        return `if (typeof ${v} !== 'number' || (${v} | 0) !== ${v}) ${this.#fail(node, v)} ${store(node, v)}`;
      case 'int64':
        return `if (!Number.isSafeInteger(${v})) ${this.#fail(node, v)} ${store(node, v)}`;
      case 'float64':
        return `if (typeof ${v} !== 'number') ${this.#fail(node, v)} ${store(node, v)}`;
      case 'string':
        return `if (typeof ${v} !== 'string') ${this.#fail(node, v)} ${store(node, v)}`;
      case 'boolean':
        return `if (${v} === true) { ${store(node, v)} } else if (${v} !== false) ${this.#fail(node, v)}`;
      case 'json':
        return store(node, v);
      case 'nullable':
        return `if (${v} === null) { ${store(node, v)} } else { ${this.#emitCheck(node.of, v, store)} }`;
      case 'record':
        return this.#eachField(node, v, (child, variable) => this.#emitCheck(child, variable, store));
    }
  }

  #store(node: LayoutNode, v: string): string {
    switch (node.kind) {
      case 'int64':
        // −0 is no integer of its own.
        return `f64[p8 + ${node.slot}] = ${v} + 0;`;
      case 'float64':
        return `f64[p8 + ${node.slot}] = ${v};`;
      case 'int32':
        return `i32[p4 + ${node.slot}] = ${v};`;
      case 'string': {
        const word = this.#variable();
        return `const ${word} = writeString(target, end, ${v}); i32[p4 + ${node.slot}] = ${word}; end += (${word} >>> 1) << (${word} & 1);`;
      }
      case 'json': {
        const length = this.#variable();
        return `const ${length} = json[${this.#json(node)}].write(target, end, ${v}); i32[p4 + ${node.slot}] = ${length}; end += ${length};`;
      }
      case 'boolean':
        return setBit(node.bit);
      case 'nullable':
        // What lies under a null is zeroed: equal values are equal bytes, and nothing of older memory gets into a checkpoint.
        return `${setBit(node.bit)} ${zero(node.of)}`;
      case 'record':
        return '';
    }
  }

  #emitSize(node: LayoutNode, v: string): string {
    switch (node.kind) {
      case 'string':
        return `if (typeof ${v} !== 'string') ${this.#fail(node, v)} size += ${v}.length * 2;`;
      case 'json':
        return `size += json[${this.#json(node)}].size(${v});`;
      case 'nullable': {
        const inner = this.#emitSize(node.of, v);
        return inner === '' ? '' : `if (${v} !== null) { ${inner} }`;
      }
      case 'record':
        return this.#eachField(node, v, (child, variable) => this.#emitSize(child, variable));
      default:
        return '';
    }
  }

  /** Statements to run before, then an expression: variable parts must be read in order. */
  #emitRead(node: LayoutNode): { readonly before: string; readonly expression: string } {
    switch (node.kind) {
      case 'int64':
      case 'float64':
        return { before: '', expression: `f64[p8 + ${node.slot}]` };
      case 'int32':
        return { before: '', expression: `i32[p4 + ${node.slot}]` };
      case 'boolean':
        return { before: '', expression: testBit(node.bit) };
      case 'string': {
        const [word, text] = [this.#variable(), this.#variable()];
        return {
          before: `const ${word} = i32[p4 + ${node.slot}]; const ${text} = readString(source, at, ${word}); at += (${word} >>> 1) << (${word} & 1);`,
          expression: text,
        };
      }
      case 'json': {
        const [length, value] = [this.#variable(), this.#variable()];
        return {
          before: `const ${length} = i32[p4 + ${node.slot}]; const ${value} = json[${this.#json(node)}].read(source, at, ${length}); at += ${length};`,
          expression: value,
        };
      }
      case 'nullable': {
        const value = this.#variable();
        const inner = this.#emitRead(node.of);
        return {
          before: `let ${value} = null; if (!${testBit(node.bit)}) { ${inner.before} ${value} = ${inner.expression}; }`,
          expression: value,
        };
      }
      case 'record': {
        let before = '';
        const properties: string[] = [];
        for (const { name, node: child } of node.fields) {
          const inner = this.#emitRead(child);
          before += `${inner.before} `;
          properties.push(`${propertyKey(name)}: ${inner.expression}`);
        }
        if (this.#given !== undefined && node === this.#layout.root) {
          properties.splice(this.#given.index, 0, `${propertyKey(this.#given.name)}: key`);
        }
        return { before, expression: `{ ${properties.join(', ')} }` };
      }
    }
  }

  /** The variable parts of the fields before are passed over by their length words, which are 0 under a null. */
  accessors(): [name: string, body: string][] {
    const { root, fixedSize, bitsOffset, bitBytes } = this.#layout;
    if (root.kind !== 'record') return [];
    const accessors: [string, string][] = [];
    let skipped = '';
    for (const { name, node } of root.fields) {
      const { before, expression } = this.#emitRead(node);
      const code = `${before} return ${expression};`;
      const bits = Array.from({ length: bitBytes }, (_, i) => i).filter((i) => code.includes(`bits${i} `));
      const reads = (view: string, index: string): string => (code.includes(`${view}[`) ? `const { ${view} } = source; ${index}` : '');
      const head = [
        bits.length > 0 ? `const { u8 } = source; ${bits.map((i) => `const bits${i} = u8[position + ${bitsOffset + i}];`).join(' ')}` : '',
        reads('f64', 'const p8 = position >> 3;'),
        code.includes('i32[') ? 'const { i32 } = source; const p4 = position >> 2;' : '',
        code.includes('at +=') ? `let at = position + ${fixedSize}${skipped};` : '',
      ];
      accessors.push([name, `${head.join(' ')} ${code}`]);
      for (const leaf of variableLeaves(node)) {
        skipped +=
          leaf.kind === 'json' ? ` + i32[p4 + ${leaf.slot}]` : ` + ((i32[p4 + ${leaf.slot}] >>> 1) << (i32[p4 + ${leaf.slot}] & 1))`;
      }
    }
    if (this.#given !== undefined) accessors.splice(this.#given.index, 0, [this.#given.name, 'return key();']);
    return accessors;
  }

  #eachField(node: LayoutNode & { kind: 'record' }, v: string, emit: (child: LayoutNode, variable: string) => string): string {
    let code = `if (typeof ${v} !== 'object' || ${v} === null) ${this.#fail(node, v)} `;
    for (const { name, node: child } of node.fields) {
      const variable = this.#variable();
      const inner = emit(child, variable);
      if (inner !== '') code += `const ${variable} = ${propertyOf(v, name)}; ${inner} `;
    }
    return code;
  }

  #fail(node: { readonly kind: keyof typeof EXPECTED; readonly field: string }, v: string): string {
    this.places.push({ field: node.field, expected: EXPECTED[node.kind] });
    return `fail(${this.places.length - 1}, ${v});`;
  }

  #json(node: LayoutNode): number {
    let index = this.#jsonIndex.get(node);
    if (index === undefined) {
      index = this.jsonFields.push(node.field) - 1;
      this.#jsonIndex.set(node, index);
    }
    return index;
  }

  #variable(): string {
    return `v${this.#variables++}`;
  }
}

function variableLeaves(node: LayoutNode): { readonly kind: 'string' | 'json'; readonly slot: number }[] {
  switch (node.kind) {
    case 'string':
    case 'json':
      return [{ kind: node.kind, slot: node.slot }];
    case 'nullable':
      return variableLeaves(node.of);
    case 'record':
      return node.fields.flatMap((field) => variableLeaves(field.node));
    default:
      return [];
  }
}

/** As a JavaScript literal; JSON's escapes are a part of JavaScript's. */
const literal = (name: string): string => JSON.stringify(name);

/** In an object literal `"__proto__": x` sets the prototype; a computed one makes a field. */
const propertyKey = (name: string): string => (name === '__proto__' ? `[${literal(name)}]` : literal(name));

/** Names that every object inherits must not be found there. */
const propertyOf = (v: string, name: string): string =>
  name in Object.prototype ? `(hasOwn(${v}, ${literal(name)}) ? ${v}[${literal(name)}] : undefined)` : `${v}[${literal(name)}]`;

const setBit = (bit: number): string => `bits${bit >> 3} |= ${1 << (bit & 7)};`;
const testBit = (bit: number): string => `((bits${bit >> 3} & ${1 << (bit & 7)}) !== 0)`;

function zero(node: LayoutNode): string {
  switch (node.kind) {
    case 'int64':
    case 'float64':
      return `f64[p8 + ${node.slot}] = 0;`;
    case 'int32':
    case 'string':
    case 'json':
      return `i32[p4 + ${node.slot}] = 0;`;
    case 'boolean':
      return '';
    case 'nullable':
      return zero(node.of);
    case 'record':
      return node.fields.map((field) => zero(field.node)).join(' ');
  }
}
