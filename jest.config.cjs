module.exports = { ...require('./jest.preset.cjs'), roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/tools'] };
