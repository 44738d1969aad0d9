import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import typescript from 'typescript-eslint';

export default defineConfig(
  { ignores: ['dist', 'out'] },
  {
    files: ['**/*.ts'],
    extends: [
      eslint.configs.recommended,
      typescript.configs.strictTypeChecked,
      typescript.configs.stylisticTypeChecked,
    ],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  },
  {
    // On Windows a console would open for every program that is started without it.
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...['callee.name=/^(spawn|spawnSync|execFile|execFileSync)$/', 'callee.callee.name="promisify"'].map(
          (started) => ({
            selector: `CallExpression[${started}]:not(:has(Property[key.name="windowsHide"][value.value=true]))`,
            message: 'A program is started with windowsHide: true.',
          }),
        ),
      ],
    },
  },
  {
    // The promise that node's runner returns for each test is awaited by the runner itself.
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-floating-promises': 'off' },
  },
  prettier,
);
