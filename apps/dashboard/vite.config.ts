import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** `WEIR_URL=http://127.0.0.1:8088 vite` shows a running server's engine in the page under work. */
const server = process.env.WEIR_URL ?? 'http://127.0.0.1:8088';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: { target: 'es2023', assetsInlineLimit: 0, sourcemap: false, chunkSizeWarningLimit: 900 },
  server: {
    proxy: {
      '/socket.io': { target: server, ws: true, changeOrigin: true },
      '/api': { target: server, changeOrigin: true },
      '/jobs': { target: server, changeOrigin: true },
    },
  },
});
