"""Operations of API Gateway's first version that a WebSocket API needs: keys and usage plans."""
