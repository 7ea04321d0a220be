# Uploads a file twice in a container of the image. The second run finds in the volume what the first one did.
#
#   vectcut sandbox -- sh volume.sh CONTAINER FOLDER FILE
#
# CONTAINER is one of buildah's, and FOLDER becomes its volume for the state.
set -eu
container=$1 state=$2 file=$3

upload() {
    buildah run --isolation chroot \
        --env VECTCUT_API_KEY="$VECTCUT_API_KEY" \
        --env VECTCUT_BASE_URL="$VECTCUT_BASE_URL" \
        --env VECTCUT_OSS_ENDPOINT="$VECTCUT_OSS_ENDPOINT" \
        --env VECTCUT_OSS_REGION="$VECTCUT_OSS_REGION" \
        --volume "$state:/state:U" --volume "$(dirname "$file"):/data:ro" \
        "$container" vectcut upload --format json "$(basename "$file")"
}

expect() {
    result=$(upload)
    case $result in
    *"\"status\": \"$1\""*) ;;
    *) echo "not $1: $result" >&2 && exit 1 ;;
    esac
}

expect uploaded
expect reused
