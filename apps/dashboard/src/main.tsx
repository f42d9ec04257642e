import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.js';
import { connect } from './connection/socket.js';
import './styles/main.css';
import { followBrowser } from './view/actions.js';

followBrowser();
connect();
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
