"""The backbone every case report form hangs on."""
