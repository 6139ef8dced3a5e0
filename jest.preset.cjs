// Specs run from source: the custom condition resolves workspace packages to their src, @swc/jest compiles them.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 9)) {
  throw new Error(
    `Tests need Node 24.9 or newer (the one in node_modules/.bin); this is ${process.version}. Use npm test.`,
  );
}
module.exports = {
  testEnvironment: 'node',
  // Jest's own 5 s is little for a busy machine; what should be quick says so by itself.
  testTimeout: 30_000,
  testEnvironmentOptions: { customExportConditions: ['@qbo-sync/source', 'node', 'require', 'default'] },
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
          target: 'es2023',
        },
        module: { type: 'commonjs', ignoreDynamic: true },
        sourceMaps: 'inline',
      },
    ],
  },
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/', '/.local/'],
};
