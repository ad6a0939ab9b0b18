# The emulator of W&B for compose files and CI services: docs/emulator.md, "In a container".
FROM python:3.13-slim
COPY . /src
RUN pip install --no-cache-dir "/src[emulator]" && rm -rf /src && useradd --create-home regilink
USER regilink
WORKDIR /home/regilink
EXPOSE 8080
ENTRYPOINT ["regilink"]
CMD ["emulator", "--host", "0.0.0.0", "--port", "8080"]
